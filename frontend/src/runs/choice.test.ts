import { describe, expect, it } from "vitest";
import { choose, hasPrograms, hasTests } from "./choice";

/** The commands, Run's own first. */
function commands(paths: readonly string[], current: string | null, settings: string | null = null): string[] {
  const { program, others } = choose(paths, current, settings);
  return [program, ...others].flatMap((one) => (one === null ? [] : one.command.join(" ")));
}

describe("what can be run", () => {
  it.each([
    [["main.py", "tools.py"], "tools.py", ["python tools.py", "python main.py"]],
    [["main.py", "README.md"], "README.md", ["python main.py"]],
    [["main.py", "test_main.py"], "test_main.py", ["python main.py"]],
    [["src/deep.py", "zoo.py", "ant.py"], null, ["python ant.py"]],
    [["zoo.py", "ant.py"], "zoo.py", ["python zoo.py"]],
    [["src/deep.py"], null, []],
    [["src/deep.py"], "src/deep.py", ["python src/deep.py"]],
    [["index.js"], null, ["node index.js"]],
    [["index.html", "index.js"], "index.js", []],
    [["index.html", "build.mjs"], "build.mjs", ["node build.mjs"]],
    [["app.py", "index.html", "script.js"], "script.js", ["python app.py"]],
    [["game.ts", "types.d.ts", "game.test.ts"], "types.d.ts", ["node game.ts"]],
    [["index.html", "game.ts"], "game.ts", ["node game.ts"]],
    [["build.sh", "main.py"], "build.sh", ["bash build.sh", "python main.py"]],
    [["-c.py"], "-c.py", ["python ./-c.py"]],
    [["conftest.py", "pkg/__init__.py", "test_a.py"], null, []],
    [["index.html", "style.css"], "index.html", []],
    [[], null, []],
  ])("of %j with %s open: %j", (paths, current, expected) => {
    expect(commands(paths, current)).toEqual(expected);
    expect(hasPrograms(paths)).toBe(commands(paths, null).length > 0);
  });

  it("is first what the room's settings say", () => {
    const paths = ["main.py", "sparkroom.toml", "tools.py"];
    const settings = "[run]\nfast = 'python main.py --fast'\nmain = 'python main.py'\n";
    expect(commands(paths, "tools.py", settings)).toEqual([
      "python main.py --fast",
      "python main.py",
      "python tools.py",
    ]);
    expect(choose(paths, null, settings).program).toMatchObject({ name: "fast", ask: { program: "fast" } });
    expect(choose(paths, null, "").program).toMatchObject({ name: null, ask: { file: "main.py" } });
    expect(hasPrograms(["sparkroom.toml"])).toBe(true);
  });

  it("is only the files while the settings are wrong, and none of them by itself", () => {
    const { program, others, problem } = choose(["main.py", "sparkroom.toml"], null, "# here\nrun = 7");
    expect(program).toBeNull();
    expect(others.map(({ command }) => command)).toEqual([["python", "main.py"]]);
    expect(problem).toMatchObject({ line: 2 });
  });
});

it("knows tests by their names", () => {
  expect(hasTests(["tests/test_kata.py"])).toBe(true);
  expect(hasTests(["kata_test.py"])).toBe(true);
  expect(hasTests(["src/kata.test.ts"])).toBe(true);
  expect(hasTests(["test-kata.mjs"])).toBe(true);
  expect(
    hasTests(["contest.py", "tests/data.json", "test_notes.md", "plan.test.md", "tests/test_dir/readme.txt"]),
  ).toBe(false);
});
