import { generate } from 'lean-qr';

/** ISO/IEC 18004: scanners need this many light modules around the symbol. */
const quietZone = 4;

/**
 * A QR code as SVG, black on white whatever the theme: many scanners read nothing else.
 *
 * @param label for whoever cannot see it; HTML-escaped by the caller
 */
export function qrCodeSvg(text: string, label: string): string {
  const code = generate(text);
  const modules: string[] = [];
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      if (code.get(x, y)) {
        modules.push(`M${x + quietZone} ${y + quietZone}h1v1h-1z`);
      }
    }
  }
  const size = code.size + 2 * quietZone;
  return `<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${modules.join('')}" fill="#000"/></svg>`;
}
