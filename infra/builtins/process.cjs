// The same for `node:process`, where the flags that Node accepts are listed each time.
module.exports = process.getBuiltinModule("node:process");
