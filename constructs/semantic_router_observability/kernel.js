// Runs jsii's kernel in the process that Python started. jsii's own launcher starts a second Node.js for it, to which it only passes messages on.
"use strict";

const fs = require("fs");
const { Writable } = require("stream");

// The kernel reads requests and writes answers on descriptor 3, which the launcher connects with its standard input and output.
const { readSync, writeSync } = fs;
fs.readSync = (descriptor, ...rest) => readSync(descriptor === 3 ? 0 : descriptor, ...rest);
fs.writeSync = (descriptor, ...rest) => writeSync(descriptor === 3 ? 1 : descriptor, ...rest);

// The kernel links packages instead of copying them when it sees the option, which came by the environment.
process.execArgv.push("--preserve-symlinks");

// What JavaScript prints goes to Python on standard error, in the form in which the launcher passes it on.
for (const name of ["stdout", "stderr"]) {
  const stream = new Writable({
    write(chunk, encoding, done) {
      writeSync(2, `${JSON.stringify({ [name]: Buffer.from(chunk, encoding).toString("base64") })}\n`);
      done();
    },
  });
  Object.defineProperty(process, name, { get: () => stream });
}

require(process.env.JSII_KERNEL_PROGRAM);
