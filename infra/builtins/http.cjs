// `import "node:http"` in an ES module reads every export of it, and one of them loads undici: a quarter of a cold start.
module.exports = process.getBuiltinModule("node:http");
