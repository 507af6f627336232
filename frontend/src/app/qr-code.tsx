import { encode } from "uqr";

/** Modules of white on each side, without which cameras do not find the code. */
const MARGIN = 4;

export interface QrPicture {
  /** Modules along one side, the margin included. */
  readonly size: number;
  /** The dark modules, as the path of an SVG whose unit is one module. */
  readonly path: string;
}

/** A text as a QR code: dark on white in both themes, since not every camera reads the opposite. */
export default function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = drawQrCode(text);
  return (
    <svg className="qr-code" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`}>
      <rect width={size} height={size} rx="2" fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}

export function drawQrCode(text: string): QrPicture {
  const { size, data } = encode(text, { ecc: "M", border: MARGIN });
  const path = data.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")).join("")).join("");
  return { size, path };
}
