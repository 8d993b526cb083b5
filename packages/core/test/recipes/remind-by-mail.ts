import type { Keyring, KeyReminder, RemindResult } from '@claviger/core'

const sentences: Readonly<Record<KeyReminder['type'], (on: string) => string>> = {
  'key.expiring': (on) => `It expires on ${on}. Create another key, or ask for more time.`,
  'key.ownerGone': (on) => `Its owner was found gone on ${on}. Give it another owner, or revoke it.`,
  'key.rotationDue': (on) => `Its secret is due for a rotation since ${on}.`,
  'key.unused': (on) => `It was last used, or created, on ${on}. Revoke it if it is not needed.`,
}

/** A transport of nodemailer, for example. */
export interface MailTransport {
  sendMail(mail: { from: string; to: string; messageId: string; subject: string; text: string }): Promise<unknown>
}

/** Sends what is due. Rejected mail comes again at the next run, with the same Message-ID. */
export function remindByMail(
  keyring: Keyring,
  transport: MailTransport,
  addressOf: (reminder: KeyReminder) => string | undefined | Promise<string | undefined>,
): Promise<RemindResult> {
  return keyring.remind({
    async onEvent(reminder) {
      const { id, type, key, cause } = reminder
      const to = await addressOf(reminder)
      if (to === undefined) return
      await transport.sendMail({
        from: 'keys@example.com',
        to,
        messageId: `<${id}@keys.example.com>`,
        subject: `Your API key "${key.name}"`,
        text: `The key "${key.name}" (${key.id}) needs a look. ${sentences[type](cause.toISOString().slice(0, 10))}\n`,
      })
    },
  })
}
