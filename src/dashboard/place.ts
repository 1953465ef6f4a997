export interface Point {
  latitude: number;
  longitude: number;
}

const number = String.raw`([-+]?\d{1,3}(?:\.\d+)?)`;
/** How links name a place: of Google Maps the pin before the middle of the map, then the others. */
const patterns = [
  new RegExp(`!3d${number}!4d${number}`),
  new RegExp(
    `[?&#](?:q|query|ll|sll|center|destination|coordinate)=(?:loc:)?${number}(?:,|%2C)\\s*(?:%20|\\+)?${number}`,
  ),
  new RegExp(`[?&#]mlat=${number}&mlon=${number}`),
  new RegExp(`#map=\\d+(?:\\.\\d+)?/${number}/${number}`),
  new RegExp(`@${number},${number}`),
  new RegExp(`^geo:${number},${number}`),
  new RegExp(`^\\(?\\s*${number}\\s*°?\\s*[,;\\s]\\s*${number}\\s*°?\\s*\\)?$`),
];

/** Coordinates out of what people copy: the numbers, or a link to a map; undefined where it holds none. */
export function placeIn(text: string): Point | undefined {
  for (const pattern of patterns) {
    const [, latitude, longitude] = pattern.exec(text.trim()) ?? [];
    if (latitude === undefined || longitude === undefined) continue;
    const point = { latitude: Number(latitude), longitude: Number(longitude) };
    if (Math.abs(point.latitude) <= 90 && Math.abs(point.longitude) <= 180) return point;
  }
  return undefined;
}
