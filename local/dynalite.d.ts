/** The part of dynalite that is used here; the package brings no types. */
declare module "dynalite" {
  import type { Server } from "node:http";

  /** @param options `path`: a directory for LevelDB, in memory without; `createTableMs`: how long a new table is not ready */
  export default function dynalite(options: { path?: string; createTableMs?: number }): Server;
}
