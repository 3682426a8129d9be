import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";

/** Called by VS Code in its extension host. Reports to the file named by LAYERSCOPE_TEST_REPORT, since only an exit code gets out. Runs what is in LAYERSCOPE_TEST_FOLDER. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: "tdd", timeout: 60_000, grep: process.env.LAYERSCOPE_TEST_GREP ?? "" });
  const folder = join(__dirname, process.env.LAYERSCOPE_TEST_FOLDER ?? ".");
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".test.cjs"))
    .sort())
    mocha.addFile(join(folder, file));
  const lines: string[] = [];
  let passed = 0;
  let failed = 0;
  // After each test: what a window that ends or hangs had come to is known.
  const report = (): void => {
    if (process.env.LAYERSCOPE_TEST_REPORT) writeFileSync(process.env.LAYERSCOPE_TEST_REPORT, JSON.stringify({ passed, failed, lines }));
  };
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on("pass", (test) => {
      passed++;
      lines.push(`  ok ${test.fullTitle()} (${test.duration} ms)`);
      report();
    });
    runner.on("fail", (test, error: Error) => {
      failed++;
      lines.push(`  FAILED ${test.fullTitle()}\n${error.stack ?? error.message}`);
      report();
    });
  });
  if (failed > 0 || passed === 0) throw new Error(`${passed} passed, ${failed} failed`);
}
