import type { QrDrawing } from './linking-model.ts';

const quietZone = 4;

/** Dark on white in every theme, or cameras do not read it. */
export function QrPicture({ drawing: { size, path } }: { drawing: QrDrawing }) {
  const whole = size + 2 * quietZone;
  return (
    <svg
      class="qr"
      role="img"
      aria-label="QR code to scan with the phone"
      viewBox={`${-quietZone} ${-quietZone} ${whole} ${whole}`}
      shape-rendering="crispEdges"
    >
      <rect x={-quietZone} y={-quietZone} width={whole} height={whole} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  );
}
