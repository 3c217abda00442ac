#!/usr/bin/env node
// Stands in for `signpost` in the tests of a release. What it is asked to smoke is reported to the
// stand-in API, whose answer says whether the smoke test passes.
import { request } from "node:http";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";

const [command, ...words] = process.argv.slice(2);
const { STAND_IN_COMPILED, STAND_IN_INTERRUPTS_AT, STAND_IN_SIGNAL } = process.env;

/// Signals the whole process group of the release, as a terminal does, and waits for its own end.
function interrupt() {
  setTimeout(() => {}, 60_000);
  try {
    process.kill(-process.ppid, STAND_IN_SIGNAL);
  } catch {
    // It is a shell's: all that it starts are of one group.
    process.kill(0, STAND_IN_SIGNAL);
  }
}

if (process.env.STAND_IN_REFUSES_TOKEN && process.env.FASTLY_API_TOKEN) {
  console.error("the token of the Fastly API is none of its business");
  process.exitCode = 2;
} else if (command === "compile") {
  // The tests have what the real one prints; here only the way it goes into the store is tried.
  process.stdout.write(readFileSync(join(STAND_IN_COMPILED, basename(words[0]))));
} else {
  const report = request(`${process.env.FASTLY_API_ENDPOINT}/report`, { method: "POST" });
  report.on("response", (answer) => {
    answer.resume();
    process.exitCode = answer.statusCode === 200 ? 0 : 1;
    if (STAND_IN_INTERRUPTS_AT && words.includes(STAND_IN_INTERRUPTS_AT)) interrupt();
  });
  report.end([command, ...words].join(" "));
}
