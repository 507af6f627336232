/** Places that an answer names as `path:line`: pure. */

export interface Citation {
  /** Where it stands in the text: UTF-16 offsets, `to` exclusive. */
  readonly from: number;
  readonly to: number;
  readonly path: string;
  /** 1-based, as the model said it. */
  readonly line: number;
}

const PLACE = /([^\s`"'()[\]<>{},;:*|]{1,300}):(\d{1,7})(?:[-–](\d{1,7}))?(?![\w:])/g;
/** All of a piece of code: such a path may hold spaces. */
const WHOLE = /^([^`"<>\n]{1,300}):(\d{1,7})(?:[-–]\d{1,7})?$/;

/** The places in `text` whose path is one of the room's. */
export function citations(text: string, isFile: (path: string) => boolean): Citation[] {
  const whole = WHOLE.exec(text);
  if (whole !== null && isFile(whole[1] ?? "")) {
    return [{ from: 0, to: text.length, path: whole[1] ?? "", line: Number(whole[2]) }];
  }
  return [...text.matchAll(PLACE)].flatMap((match): Citation[] => {
    const [said, named = "", line] = match;
    const path = [named, named.replace(/^(?:@|\.\/)/, "")].find(isFile);
    if (path === undefined || Number(line) < 1) return [];
    return [
      { from: match.index + named.length - path.length, to: match.index + said.length, path, line: Number(line) },
    ];
  });
}
