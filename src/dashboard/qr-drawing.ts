import QRCode from 'qrcode';
import type { QrDrawing } from '../../views/linking/linking-model.ts';

/** The squares of a QR code, a rectangle for each run of dark ones in a row. */
export function drawQr(code: string): QrDrawing {
  const { size, data } = QRCode.create(code, { errorCorrectionLevel: 'M' }).modules;
  const runs: string[] = [];
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const start = column;
      while (column < size && data[row * size + column]) column += 1;
      if (column > start) runs.push(`M${start} ${row}h${column - start}v1h-${column - start}z`);
    }
  }
  return { size, path: runs.join('') };
}
