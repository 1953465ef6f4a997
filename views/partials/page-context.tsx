import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** What every view of one answer may use without being handed it. */
export interface PageContext {
  /** Stands in every form. */
  csrfToken: string;
  /** Where the icons lie. */
  iconsUrl: string;
  now: Date;
  /** IANA name of the zone in which times are shown. */
  timeZone: string;
  /** Address of this server as callers reach it, without a slash at the end. */
  publicUrl: string;
  /** A secret that this page shows once, such as a new key. */
  once: { name: string; value: string } | undefined;
}

const context = createContext<PageContext | undefined>(undefined);

export const PageContextProvider = context.Provider;

export function usePage(): PageContext {
  const page = useContext(context);
  if (!page) throw new Error('A view was rendered outside a page');
  return page;
}
