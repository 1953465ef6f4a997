/** The variables that point accounts of kind whatsapp at a simulated network. */
export function environmentOf(network: {
  url: string;
  noiseRoot: Uint8Array | string;
  mediaCa: string;
}): Record<string, string> {
  const { url, noiseRoot, mediaCa } = network;
  return {
    WHATSAPP_WEB_SOCKET_URL: url,
    WHATSAPP_NOISE_ROOT: typeof noiseRoot === 'string' ? noiseRoot : Buffer.from(noiseRoot).toString('hex'),
    WHATSAPP_MEDIA_CA: mediaCa.replaceAll('\n', '\\n'),
  };
}
