/** A command that people write in one line. Python's twin: `ide/domain/command_line.py`. */

const ARGUMENT_BYTES = 4_096;
const WORDS = 32;
const SPACE = " \t\r\n";
const FOR_A_SHELL = "|&;<>()$`*";

/** No command; the message says why, as the rest of a sentence. */
export class BadCommand extends Error {}

/**
 * The words of a line, as a shell would read it that knows words and quotation marks alone: those, and a backslash,
 * take what follows as it is. Throws BadCommand where a shell would do more than that.
 */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  const characters = [...line];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "\\" && quote !== "'") {
      at++;
      const following = characters[at] ?? "";
      word = (word ?? "") + (quote === "" || '"\\'.includes(following) ? following : character + following);
    } else if (quote !== "") {
      if (character === quote) quote = "";
      else word += character;
    } else if (character === "'" || character === '"') {
      word ??= "";
      quote = character;
    } else if (SPACE.includes(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (FOR_A_SHELL.includes(character)) {
      throw new BadCommand(`only a shell understands ${character}: write ["bash", "-c", "…"], or a file ending in .sh`);
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== "") throw new BadCommand("a quotation mark is not closed");
  return word === null ? words : [...words, word];
}

/** The words, if they can be a command's. Throws BadCommand. */
export function checkWords(words: readonly string[]): readonly string[] {
  if (!words[0]) throw new BadCommand("the command is empty");
  if (words.length > WORDS) throw new BadCommand(`a command is at most ${WORDS} words`);
  if (words.some((word) => word.includes("\0") || new TextEncoder().encode(word).length > ARGUMENT_BYTES)) {
    throw new BadCommand(`an argument of a command is at most ${ARGUMENT_BYTES} bytes, without NUL`);
  }
  return words;
}
