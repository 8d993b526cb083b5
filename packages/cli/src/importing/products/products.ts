import { betterAuth } from './better-auth.ts'
import { csv } from './csv.ts'
import { keypal } from './keypal.ts'
import type { Product } from './product.types.ts'
import { sanctum } from './sanctum.ts'
import { unkey } from './unkey.ts'

/** The products that keys can be imported from. */
export const products: Readonly<Record<string, Product>> = {
  'better-auth': betterAuth,
  keypal,
  unkey,
  sanctum,
  csv,
}
