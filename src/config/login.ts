import { z } from 'zod'

/** Who asks a server, where its URL does not say it. */
export const login = {
  user: z.string().min(1).optional().describe('User name, when the URL has none.'),
  password: z.string().min(1).optional().meta({ secret: true }).describe('Password, when the URL has none.'),
}

/** A file, from the folder of the configuration on. */
export const authoritiesFile = z
  .string()
  .min(1)
  .optional()
  .describe('File of the certificate authorities (PEM) to trust; default: those of Node.')

/** The same of a server that is asked over HTTP, and may be asked over HTTPS. */
export const webLogin = { ...login, ca: authoritiesFile }
