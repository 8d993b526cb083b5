import { Option } from 'commander'

/** Collects the values of a flag that may be repeated. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

/** `--reason`, for the activity log. */
export function reasonOption(): Option {
  return new Option('--reason <text>', 'why, for the activity log')
}
