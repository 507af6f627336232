/** What the buttons run, from the room's files and the one that is open. */

/** The command that Run gives, or null if the room holds nothing to run. `current` is the path of the open file. */
export function chooseCommand(paths: readonly string[], current: string | null): string[] | null {
  const programs = paths.filter((path) => interpreterOf(path, paths) !== null);
  const path =
    programs.find((program) => program === current) ??
    MAINS.map((main) => programs.find((program) => program === main)).find((main) => main !== undefined) ??
    programs.filter((program) => !program.includes("/")).sort()[0];
  if (path === undefined) return null;
  // A path that begins with a dash would be read as an option.
  return [interpreterOf(path, paths) ?? "", path.startsWith("-") ? `./${path}` : path];
}

/** True if pytest would find tests. */
export function hasTests(paths: readonly string[]): boolean {
  return paths.some(isTest);
}

const MAINS = ["main.py", "app.py", "__main__.py", "main.mjs", "main.js", "index.mjs", "index.js"];

function interpreterOf(path: string, paths: readonly string[]): string | null {
  if (/\.py$/.test(path)) return isTest(path) || /(^|\/)(conftest|__init__)\.py$/.test(path) ? null : "python";
  if (/\.[mc]js$/.test(path)) return "node";
  // Where there is a page, a script is the page's.
  return /\.js$/.test(path) && !paths.some((other) => /\.html?$/i.test(other)) ? "node" : null;
}

function isTest(path: string): boolean {
  return /(^|\/)(test_[^/]*|[^/]*_test)\.py$/.test(path);
}
