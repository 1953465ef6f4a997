import { expect, test } from 'vitest';
import { placeIn } from './place.ts';

const shop = { latitude: 52.52, longitude: 13.405 };

test.each([
  '52.52, 13.405',
  ' 52.5200 13.4050 ',
  '(52.52; 13.405)',
  '52.52°, 13.405°',
  'geo:52.52,13.405?z=17',
  'https://www.google.com/maps?q=52.52,13.405',
  'https://www.google.com/maps/search/?api=1&query=52.52%2C13.405',
  'https://www.google.com/maps/place/Shop/@52.5,13.4,17z/data=!3m1!8m2!3d52.52!4d13.405',
  'https://www.google.de/maps/@52.52,13.405,17z',
  'https://maps.apple.com/?ll=52.52,13.405&q=Shop',
  'https://www.openstreetmap.org/?mlat=52.52&mlon=13.405#map=17/52.5/13.4',
  'https://www.openstreetmap.org/#map=17/52.52/13.405',
])('%s is a place', (text) => {
  expect(placeIn(text)).toEqual(shop);
});

test('south and west are negative', () => {
  expect(placeIn('-33.86, -151.21')).toEqual({ latitude: -33.86, longitude: -151.21 });
});

test.each(['', 'Main street 12', '52.52', '91, 13', '52, 181', 'https://maps.app.goo.gl/abc', '1,2,3'])(
  '%j is none',
  (text) => {
    expect(placeIn(text)).toBeUndefined();
  },
);
