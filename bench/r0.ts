/** R0: a function that does nothing. What it costs is Node's. */
export const handler = async () => ({});
