import jsQr from "jsqr";
import { expect, test } from "vitest";
import { drawQrCode } from "./qr-code";

/** Pixels along one module. */
const SCALE = 4;

function photograph(text: string): { pixels: Uint8ClampedArray; side: number } {
  const { size, path } = drawQrCode(text);
  const side = size * SCALE;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let pixel = 0; pixel < SCALE * SCALE; pixel += 1) {
      const row = Number(y) * SCALE + Math.floor(pixel / SCALE);
      const column = Number(x) * SCALE + (pixel % SCALE);
      pixels.fill(0, (row * side + column) * 4, (row * side + column) * 4 + 3);
    }
  }
  return { pixels, side };
}

test.each([
  "http://192.168.1.5:8000/r/7k2m9q4x1z8p#e12.Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4f",
  `https://rooms.example/r/7k2m9q4x1z8p#o999999999.${"x".repeat(200)}`,
])("a camera reads the link that was drawn: %s", (link) => {
  const { pixels, side } = photograph(link);
  expect(jsQr(pixels, side, side)?.data).toBe(link);
});
