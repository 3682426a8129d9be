import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";
import { reloading } from "./reloading.js";

interface Report {
  passed: number;
  failed: number;
  readonly lines: string[];
  /** Titles of what has run. */
  readonly ended: string[];
}

/**
 * Called by VS Code in its extension host, and again when a test has reloaded the window: what has run by then is not run again. Reports to the file named by LAYERSCOPE_TEST_REPORT, since only an exit code gets out. Runs what is in LAYERSCOPE_TEST_FOLDER.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: "tdd", timeout: 60_000, retries: 1, grep: process.env.LAYERSCOPE_TEST_GREP ?? "" });
  const folder = join(__dirname, process.env.LAYERSCOPE_TEST_FOLDER ?? ".");
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".test.cjs"))
    .sort())
    mocha.addFile(join(folder, file));
  const file = process.env.LAYERSCOPE_TEST_REPORT;
  const report: Report = file && existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Report) : { passed: 0, failed: 0, lines: [], ended: [] };
  // After each test: what a window that ends or hangs had come to is known.
  let isOver = false;
  process.once(reloading, () => (isOver = true));
  const tell = (test: Mocha.Runnable, line: string): void => {
    if (isOver) return;
    report.lines.push(line);
    report.ended.push(test.fullTitle());
    if (file) writeFileSync(file, JSON.stringify(report));
  };
  if (file) writeFileSync(file, JSON.stringify(report));
  await mocha.loadFilesAsync();
  leaveOut(mocha.suite, new Set(report.ended));
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on("pass", (test) => {
      report.passed++;
      tell(test, `  ok ${test.fullTitle()} (${test.duration} ms)`);
    });
    runner.on("retry", (test: Mocha.Runnable, error: Error) => {
      if (!isOver) report.lines.push(`  A SECOND TRY of ${test.fullTitle()}\n${error.stack ?? error.message}`);
    });
    runner.on("fail", (test, error: Error) => {
      report.failed++;
      tell(test, `  FAILED ${test.fullTitle()}\n${error.stack ?? error.message}`);
    });
  });
  if (isOver) await new Promise(() => undefined);
  const { passed, failed } = report;
  if (failed > 0 || passed === 0) throw new Error(`${passed} passed, ${failed} failed`);
}

function leaveOut(suite: Mocha.Suite, titles: ReadonlySet<string>): void {
  suite.tests = suite.tests.filter((test) => !titles.has(test.fullTitle()));
  for (const child of suite.suites) leaveOut(child, titles);
}
