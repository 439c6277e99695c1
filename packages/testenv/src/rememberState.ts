import * as Effect from "effect/Effect"
import type { Entry, etcdAt } from "./etcd.ts"

/** What an API server keeps for its own life: its leases, addresses and ports that it has given away. */
const itsOwn = ["leases/kube-system/", "masterleases/", "peerserverleases/", "ranges/"]

const isItsOwn = ({ key }: Entry): boolean => {
  const path = Buffer.from(key, "base64").toString()
  return itsOwn.some((own) => path.startsWith(`/registry/${own}`))
}

/**
 * Remembers all that an API server keeps in its etcd. The effect that comes back brings it there again: what came since
 * is gone at once, without finalizers or controllers; what changed or went is as it was. The API server sees it by its
 * own watches, within moments.
 */
export const rememberState = Effect.fnUntraced(function* (etcd: ReturnType<typeof etcdAt>) {
  let known = new Map((yield* etcd.readAll).map((entry) => [entry.key, entry]))
  return Effect.gen(function* () {
    const present = (yield* etcd.readAll).filter((entry) => !isItsOwn(entry))
    const revisions = new Map(present.map((entry) => [entry.key, entry.mod_revision]))
    const foreign = present.filter(({ key }) => !known.has(key))
    const changed = [...known.values()].filter(
      (entry) => !isItsOwn(entry) && revisions.get(entry.key) !== entry.mod_revision
    )
    yield* Effect.forEach(foreign, ({ key }) => etcd.remove(key), { concurrency: 8, discard: true })
    yield* Effect.forEach(changed, (entry) => etcd.put(entry), { concurrency: 8, discard: true })
    known = new Map((yield* etcd.readAll).map((entry) => [entry.key, entry]))
  })
})
