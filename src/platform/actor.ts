import type { Caller } from './caller.ts';

/** Who acts, as the audit log tells it. */
export interface Actor {
  kind: 'person' | 'key' | 'system';
  /** As people know them: a user name, the name of a key or its prefix and last four characters. */
  name: string;
  address: string | null;
}

/** How the log names whoever has not shown who they are. */
export const nobody = 'somebody not signed in';

/** Who acts in a request. */
export function actorOf({ caller, address }: { caller: Caller; address: string }): Actor {
  return { ...identityOf(caller), address: address === '' ? null : address };
}

function identityOf(caller: Caller): Pick<Actor, 'kind' | 'name'> {
  switch (caller.kind) {
    case 'anonymous':
      return { kind: 'person', name: nobody };
    case 'session':
      return { kind: 'person', name: caller.username };
    case 'account':
    case 'admin':
      return { kind: 'key', name: caller.keyName };
  }
}
