import type { Account } from '../../src/features/accounts/accounts.ts';

/** With the camera, or with eight characters to type: two ways to see one pairing. */
export type LinkBy = 'qr' | 'code';

/** Where linking stands. */
export type LinkingState =
  | { kind: 'linked' }
  /** At `lateAt` it is called late. */
  | { kind: 'starting'; lateAt: Date }
  | { kind: 'late'; message: string }
  | { kind: 'showing'; qr: ShownQr; code: ShownCode | undefined; message: string }
  | { kind: 'stopped'; message: string };

export interface ShownQr {
  drawing: QrDrawing;
  attempt: number;
  attempts: number;
  expiresAt: Date;
}

/** Black squares as the path of an SVG, `size` units wide without the quiet zone. */
export interface QrDrawing {
  size: number;
  path: string;
}

export interface ShownCode {
  /** `ABCD-EFGH` */
  code: string;
  phone: string;
  expiresAt: Date;
}

export interface LinkingModel {
  account: Account;
  by: LinkBy;
  state: LinkingState;
}

export function linkAddress(account: Pick<Account, 'id'>, by: LinkBy): string {
  return by === 'qr' ? `/accounts/${account.id}/link` : `/accounts/${account.id}/link?by=code`;
}

/** For those who hear it. */
export function spelled(code: string): string {
  return Array.from(code).join(' ');
}
