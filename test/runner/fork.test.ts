import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { inLargePages, killWithPrograms, ownGroup, treeKiller } from "../../src/runner/fork.js";

describe("a process ends with the programs that it has started", () => {
  test("on Windows by the system's own taskkill, for its whole tree, by force", () => {
    expect(treeKiller(4242, { SystemRoot: "D:\\Windows" })).toEqual({ program: "D:\\Windows\\System32\\taskkill.exe", args: ["/PID", "4242", "/T", "/F"] });
    expect(treeKiller(7, {}).program).toBe("C:\\Windows\\System32\\taskkill.exe");
  });

  test("elsewhere by its group, also when it ended before them", async () => {
    const child = spawn(process.execPath, ["-e", 'console.log(require("node:child_process").spawn("sleep", ["100"]).pid); process.exit()'], {
      ...ownGroup,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [text] = (await once(child.stdout, "data")) as [Buffer];
    if (child.exitCode === null) await once(child, "exit");
    const started = Number(String(text));
    // What has ended may wait as a zombie for whoever inherited it.
    const isThere = (): boolean => /^[^Z]/.test(spawnSync("ps", ["-o", "stat=", "-p", String(started)], { encoding: "utf8" }).stdout.trim());
    expect(isThere()).toBe(true);
    killWithPrograms(child.pid!);
    await expect.poll(isThere).toBe(false);
  });
});

test("what the user asks of the C library stays, and goes before what is asked for large pages", () => {
  expect(inLargePages({})).toEqual({ GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" });
  expect(inLargePages({ GLIBC_TUNABLES: "glibc.malloc.hugetlb=0" })).toEqual({ GLIBC_TUNABLES: "glibc.malloc.hugetlb=1:glibc.malloc.hugetlb=0" });
  const { stdout } = spawnSync(process.execPath, ["-p", "40 + 2"], { encoding: "utf8", env: { ...process.env, ...inLargePages(process.env) } });
  expect(stdout.trim()).toBe("42");
});
