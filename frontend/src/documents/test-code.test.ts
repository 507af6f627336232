import { describe, expect, it } from "vitest";
import { testAt, testsIn } from "./test-code";

const PYTHON = `import pytest

class Helper:
    def grow(self): ...

class TestBoard:
    @pytest.mark.parametrize("n", [1, 2])
    def test_grows(self, n):
        value = (
            n
        )

        assert value

    async def test_later(self):
        pass

def test_alone():
    assert True

# the end
x = 1
`;

const SCRIPT = `import { describe, it, test } from "node:test";

describe("Board", () => {
  it('does not "grow"', () => {
    if (true) {
      boom();
    }
  });

  describe("inside", { skip: true }, () => {
    it.only(\`shrinks\`, async () => {});
  });
});

await test("outer", async (t) => {
  await t.test("part", () => {});
});
test(\`made \${up}\`, () => {});
`;

describe("tests in a text", () => {
  it("are found in Python, with the classes around them", () => {
    expect(testsIn("tests/test_board.py", PYTHON).map(({ id, first, last }) => [id, first, last])).toEqual([
      ["tests/test_board.py::TestBoard", 6, 16],
      ["tests/test_board.py::TestBoard::test_grows", 8, 13],
      ["tests/test_board.py::TestBoard::test_later", 15, 16],
      ["tests/test_board.py::test_alone", 18, 19],
    ]);
  });

  it("are found in scripts, with what they stand in", () => {
    expect(testsIn("board.test.mjs", SCRIPT).map(({ id, first, last }) => [id, first, last])).toEqual([
      ["board.test.mjs::Board", 3, 13],
      ['board.test.mjs::Board::does not "grow"', 4, 8],
      ["board.test.mjs::Board::inside", 10, 12],
      ["board.test.mjs::Board::inside::shrinks", 11, 11],
      ["board.test.mjs::outer", 15, 17],
      ["board.test.mjs::outer::part", 16, 16],
    ]);
  });

  it("stand only in files that are called like it", () => {
    expect(testsIn("board.py", PYTHON)).toEqual([]);
    expect(testsIn("board.mjs", SCRIPT)).toEqual([]);
    expect(testsIn("contest.py", PYTHON)).toEqual([]);
  });

  it("are known by the line of the cursor: the innermost", () => {
    const tests = testsIn("test_board.py", PYTHON);
    const at = (line: number) => testAt(tests, line)?.name ?? null;
    expect([2, 4, 6, 7, 9, 13, 14, 15, 19, 21].map(at)).toEqual([
      null,
      null,
      "TestBoard",
      "TestBoard",
      "test_grows",
      "test_grows",
      "TestBoard",
      "test_later",
      "test_alone",
      null,
    ]);
  });

  it("make a group of what holds them, and not of its namesakes", () => {
    const text = "class TestA:\n    x = 1\nclass TestA:\n    class TestB:\n        def test_c(self): ...\n";
    expect(testsIn("test_a.py", text).map(({ id, first }) => [id, first])).toEqual([
      ["test_a.py::TestA", 3],
      ["test_a.py::TestA::TestB", 4],
      ["test_a.py::TestA::TestB::test_c", 5],
    ]);
  });

  it("are found behind many classes that hold none", () => {
    const text = `${"class A\n".repeat(20_000)}class B:\n def test(self): ...\n`;
    expect(testsIn("test_a.py", text).map(({ id, first }) => [id, first])).toEqual([
      ["test_a.py::B", 20_001],
      ["test_a.py::B::test", 20_002],
    ]);
  });

  it("are read from hostile texts in time that grows with their length", () => {
    const text = `test("${"\\\\".repeat(60_000)}\n${" ".repeat(100_000)}def test`;
    expect(testsIn("test_a.py", text)).toEqual([]);
    expect(testsIn("a.test.js", text)).toEqual([]);
  });
});
