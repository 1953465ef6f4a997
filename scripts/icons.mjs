// `npm run icons`: cuts the sprite and the font that the dashboard serves from the packages they come in. The result is
// committed, so that a host builds without those packages.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';

process.chdir(new URL('..', import.meta.url).pathname);

const names = [
  'arrow-down-left',
  'arrow-left',
  'arrow-right',
  'arrow-up-right',
  'ban',
  'check',
  'check-check',
  'chevron-down',
  'chevron-right',
  'circle',
  'circle-alert',
  'circle-check',
  'clock',
  'copy',
  'download',
  'ellipsis-vertical',
  'file-text',
  'flask-conical',
  'history',
  'hourglass',
  'image',
  'inbox',
  'info',
  'key-round',
  'keyboard',
  'layout-dashboard',
  'link',
  'list-checks',
  'lock',
  'log-out',
  'map-pin',
  'megaphone',
  'menu',
  'message-circle',
  'messages-square',
  'mic',
  'monitor',
  'moon',
  'music',
  'paperclip',
  'pause',
  'pencil',
  'play',
  'plus',
  'qr-code',
  'refresh-cw',
  'reply',
  'scan-line',
  'search',
  'send',
  'settings',
  'shield',
  'smartphone',
  'sticker',
  'sun',
  'terminal',
  'trash-2',
  'triangle-alert',
  'undo-2',
  'unlink',
  'user-round',
  'users-round',
  'video',
  'webhook',
  'wifi',
  'wifi-off',
  'x',
];

/** @typedef {Record<string, { body: string } | undefined>} Icons */
/** @typedef {Record<string, { parent: string } | undefined>} Aliases */
const { icons, aliases } = /** @type {{ icons: Icons, aliases: Aliases }} */ (
  JSON.parse(readFileSync('node_modules/@iconify-json/lucide/icons.json', 'utf8'))
);

/** What the sprite says once for all of its symbols. */
const inherited = / (fill="none"|stroke="currentColor"|stroke-width="2"|stroke-line(cap|join)="round")/g;

/** @param {string} name */
function symbolOf(name) {
  const icon = icons[name] ?? icons[aliases[name]?.parent ?? ''];
  if (!icon) throw new Error(`There is no icon ${name}`);
  return `<symbol id="${name}" viewBox="0 0 24 24">${icon.body.replaceAll(inherited, '')}</symbol>`;
}

const drawing = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
const licence = '<!-- Icons: Lucide, ISC licence, https://lucide.dev/license -->';
const sprite = `<svg xmlns="http://www.w3.org/2000/svg" ${drawing}>\n${licence}\n${names.map(symbolOf).join('\n')}\n</svg>\n`;
writeFileSync('public/icons/icons.svg', sprite);

const inter = 'node_modules/@fontsource-variable/inter';
copyFileSync(`${inter}/files/inter-latin-wght-normal.woff2`, 'public/fonts/inter-latin.woff2');
copyFileSync(`${inter}/LICENSE`, 'public/fonts/LICENSE');
