import { describe, expect, it } from "vitest";
import { chooseCommand, hasTests } from "./choice";

describe("what Run runs", () => {
  it.each([
    [["main.py", "tools.py"], "tools.py", ["python", "tools.py"]],
    [["main.py", "README.md"], "README.md", ["python", "main.py"]],
    [["main.py", "test_main.py"], "test_main.py", ["python", "main.py"]],
    [["src/deep.py", "zoo.py", "ant.py"], null, ["python", "ant.py"]],
    [["src/deep.py"], null, null],
    [["src/deep.py"], "src/deep.py", ["python", "src/deep.py"]],
    [["index.js"], null, ["node", "index.js"]],
    [["index.html", "index.js"], "index.js", null],
    [["index.html", "build.mjs"], "build.mjs", ["node", "build.mjs"]],
    [["app.py", "index.html", "script.js"], "script.js", ["python", "app.py"]],
    [["-c.py"], "-c.py", ["python", "./-c.py"]],
    [["conftest.py", "pkg/__init__.py", "test_a.py"], null, null],
    [[], null, null],
  ])("of %j with %s open: %j", (paths, current, command) => {
    expect(chooseCommand(paths, current)).toEqual(command);
  });

  it("knows tests by their names, as pytest does", () => {
    expect(hasTests(["tests/test_kata.py"])).toBe(true);
    expect(hasTests(["kata_test.py"])).toBe(true);
    expect(hasTests(["contest.py", "tests/data.json", "test_notes.md", "tests/test_dir/readme.txt"])).toBe(false);
  });
});
