import type { Outcome } from '../commands/context.types.ts'
import type { Io } from '../edge/io.types.ts'
import { type Failure, failureDocument } from '../exits/failure.ts'
import { withoutSecrets } from '../secrets/looks-like-token.ts'
import { safeText } from '../text/safe-text.ts'
import { type Style, styleFor } from '../text/style.ts'

/** How an outcome is asked for. */
export interface Presentation {
  readonly plain: boolean
  readonly quiet: boolean
}

/** Writes: results to standard output, everything else to standard error. */
export interface Presenter {
  outcome(outcome: Outcome, presentation: Presentation): void
  failure(failure: Failure): void
  warn(text: string): void
}

/** Makes the writer of one command. With `json`, both streams carry JSON only. */
export function createPresenter(io: Io, json: boolean, noColor: boolean): Presenter {
  const style = (stream: Io['stdout']): Style =>
    styleFor({ stream, env: io.env, platform: io.platform, color: !noColor })
  const line = (stream: Io['stdout'], text: string): void => {
    if (text !== '') stream.write(`${text}\n`)
  }

  return {
    outcome({ json: document, human, plain, notes }, { plain: isPlain, quiet }) {
      if (json) {
        line(io.stdout, JSON.stringify(document, null, 2))
        return
      }
      if (!quiet && notes !== undefined) for (const note of notes(style(io.stderr))) line(io.stderr, note)
      const shown = style(io.stdout)
      if (!isPlain) line(io.stdout, human(shown))
      else if (plain !== undefined) line(io.stdout, plain())
      else line(io.stdout, human(styleFor({ stream: {}, env: {}, platform: io.platform, color: false })))
    },
    failure(failure) {
      const said = {
        ...failure,
        detail: safeText(withoutSecrets(failure.detail)),
        fix: failure.fix === null ? null : safeText(withoutSecrets(failure.fix)),
      }
      if (json) {
        line(io.stderr, JSON.stringify(failureDocument(said), null, 2))
        return
      }
      const { colors, symbols } = style(io.stderr)
      line(io.stderr, `${colors.red(symbols.failure)} ${said.detail}`)
      if (said.fix !== null) line(io.stderr, `  Fix: ${said.fix}`)
    },
    warn(text) {
      const said = safeText(withoutSecrets(text))
      if (json) {
        line(io.stderr, JSON.stringify({ warning: said }))
        return
      }
      const { colors, symbols } = style(io.stderr)
      line(io.stderr, `${colors.yellow(symbols.warning)} ${said}`)
    },
  }
}
