import * as z from "zod/mini";
import { Problem, spelled } from "./answers.ts";
import type { Operation } from "./users-api.ts";
import type { World } from "./world.ts";

/** A key as the fake keeps it; it has no secret, since nothing here signs in with it. */
export const apiKeySchema = z.object({
  id: z.string(),
  type: z.enum(["user", "service"]),
  createdBy: z.string(),
  /** Service keys only. */
  space: z.optional(z.string()),
  status: z.enum(["active", "revoked"]),
  createdAt: z.number(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

/** API keys by method and path template. Source: API Keys API, REST v2 (beta). */
export const apiKeyOperations: Readonly<Record<string, Operation>> = {
  "GET /v2/api-keys": (world, { query }) => {
    const space = query.get("space_id") ?? undefined;
    const type = query.get("key_type")?.toLowerCase() ?? (space === undefined ? "user" : "service");
    const status = query.get("status")?.toLowerCase() ?? "active";
    if (type === "service" && space === undefined) throw new Problem(400, "space_id is required for service keys");
    const creator = query.get("user_id") ?? undefined;
    const keys = world.keys.filter(
      (key) =>
        key.type === type &&
        key.status === status &&
        (space === undefined || key.space === space) &&
        (creator === undefined || key.createdBy === creator),
    );
    return { status: 200, body: { api_keys: keys.map((key) => wire(key, world)), pagination: { has_more: false } } };
  },
  "PUT /v2/api-keys/{api_key_id}/revoke": (world, { id }) => {
    const key = world.keys.find((each) => each.id === id);
    if (key === undefined) throw new Problem(404, "no such key");
    world.saveKey({ ...key, status: "revoked" });
    return { status: 204 };
  },
};

function wire({ id, type, status, createdBy, createdAt }: ApiKey, world: World) {
  return {
    id,
    name: "Invented key",
    key_type: spelled(type, world),
    status: spelled(status, world),
    redacted_key: "ak-inv...ted",
    created_at: new Date(createdAt).toISOString(),
    created_by_user_id: createdBy,
  };
}
