// The more particular first: Edge and Opera call themselves Chrome too, Chrome calls itself Safari.
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?(iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/\b(iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

function nameIn(text: string, names: readonly (readonly [RegExp, string])[]): string | undefined {
  return names.find(([pattern]) => pattern.test(text))?.[1];
}

/** `Firefox on Windows`, for a person to tell sessions apart; of an unknown program what it calls itself. */
export function browserName(userAgent: string | undefined): string {
  const text = userAgent ?? '';
  const browser = nameIn(text, browsers);
  const system = nameIn(text, systems);
  if (browser === undefined) return /^[\w.-]{1,40}/.exec(text)?.[0] ?? 'Unknown browser';
  return system === undefined ? browser : `${browser} on ${system}`;
}
