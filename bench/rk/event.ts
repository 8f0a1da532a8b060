import { z } from "zod";

/** What the kitchen worker's two functions pass to each other; its worker reads the events of our own queue too. */
export const eventSchema = z.object({
  id: z.string(),
  source: z.string(),
  kind: z.enum(["joiner", "mover", "leaver"]),
  occurredAt: z.iso.datetime({ offset: true }),
  receivedAt: z.iso.datetime({ offset: true }),
  person: z.object({
    email: z.email(),
    name: z.string().min(1).max(255).optional(),
    role: z.enum(["admin", "member", "annotator"]).optional(),
    isDeveloper: z.boolean().optional(),
  }),
});
export type Event = z.infer<typeof eventSchema>;
