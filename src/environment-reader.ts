import { environmentVariables, type VariableName } from './environment-variables.ts';

/** Set by the host, never by a person. */
type HostVariable = 'RENDER' | 'RENDER_EXTERNAL_URL';
export type Environment = Readonly<Record<string, string | undefined>>;

export type Reader = ReturnType<typeof createReader>;

/** Reads variables of the table one by one and collects a sentence for each mistake. */
export function createReader(env: Environment) {
  const mistakes: string[] = [];
  const warnings: string[] = [];

  function text(name: VariableName): string | undefined {
    return env[name]?.trim() || environmentVariables[name].value || undefined;
  }

  function matching(name: VariableName, pattern: RegExp, takes: string): string | undefined {
    const value = text(name);
    if (value === undefined || pattern.test(value)) return value;
    mistakes.push(`${name} takes ${takes}${shown(value)}.`);
    return undefined;
  }

  function whole(name: VariableName, from: number, to: number): number {
    const value = text(name) ?? '';
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < from || number > to) {
      mistakes.push(`${name} takes a whole number from ${from} to ${to}${shown(value)}.`);
    }
    return number;
  }

  function oneOf<const Option extends string>(name: VariableName, options: readonly [Option, ...Option[]]): Option {
    const value = text(name) ?? '';
    const found = options.find((option) => option === value);
    if (found === undefined) mistakes.push(`${name} takes ${inWords(options)}${shown(value)}.`);
    return found ?? options[0];
  }

  return {
    mistakes,
    warnings,
    text,
    matching,
    whole,
    oneOf,
    flag: (name: VariableName): boolean => oneOf(name, ['true', 'false']) === 'true',
    /** For a variable whose default depends on others. */
    flagOr: (name: VariableName, otherwise: boolean): boolean =>
      text(name) === undefined ? otherwise : oneOf(name, ['true', 'false']) === 'true',
    /** Never shown in a mistake. */
    secret(name: VariableName, pattern = /^[^]{32,}$/, takes = '32 or more characters'): string | undefined {
      const value = text(name);
      if (value === undefined || pattern.test(value)) return value;
      mistakes.push(`${name} takes ${takes}.`);
      return undefined;
    },
    fromHost: (name: HostVariable): string | undefined => env[name]?.trim() || undefined,
  };
}

export function parseUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}

/** A short plain value helps to find the mistake; anything longer or richer may be a secret in the wrong place. */
export function shown(value: string): string {
  return /^[\w.:/ -]{0,16}$/.test(value) && !/^(sk|whsec|eyJ)/.test(value) ? `, not "${value}"` : '';
}

function inWords(options: readonly string[]): string {
  return `${options.slice(0, -1).join(', ')} or ${options.at(-1) ?? ''}`;
}
