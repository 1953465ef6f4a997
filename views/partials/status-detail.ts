/** What a status says beyond the word of its chip: why, or nothing. */
export function statusDetail(message: string): string | undefined {
  const rest = message.replace(/^(?:Reconnecting \(\d+\), |Logged out: )/, '');
  if (/^(?:Starting|Scan QR code|Connected|Connected as .*|Reconnecting \(\d+\))$/.test(rest)) return undefined;
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
