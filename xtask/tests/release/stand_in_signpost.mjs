#!/usr/bin/env node
// Stands in for `signpost` in the tests of a release. What it is asked to smoke is reported to the
// stand-in API, whose answer says whether the smoke test passes.
import { request } from "node:http";
import { readFileSync } from "node:fs";

const [command, ...words] = process.argv.slice(2);
if (command === "compile") {
  // The tests have what the real one prints; here only the way it goes into the store is tried.
  process.stdout.write(readFileSync(process.env.STAND_IN_COMPILED));
} else {
  const report = request(`${process.env.FASTLY_API_ENDPOINT}/report`, { method: "POST" });
  report.on("response", (answer) => {
    answer.resume();
    process.exitCode = answer.statusCode === 200 ? 0 : 1;
  });
  const interruptsAt = process.env.STAND_IN_INTERRUPTS_AT;
  if (interruptsAt && words.includes(interruptsAt)) process.kill(process.ppid, "SIGINT");
  report.end([command, ...words].join(" "));
}
