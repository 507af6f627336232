/** `34 MB`: a number of bytes as people say it. */
export function sizeInWords(bytes: number): string {
  if (bytes < 1_000) {
    return `${bytes} bytes`;
  }
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1_000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${size.toLocaleString("en", { maximumFractionDigits: 1 })} ${unit}`;
}
