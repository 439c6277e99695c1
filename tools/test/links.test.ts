import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { expect, it } from "vitest"

const root = join(import.meta.dirname, "../..")
const pages = globSync("{*.md,docs/**/*.md,packages/*/README.md,deploy/**/README.md}", { cwd: root })
const read = (file: string): string => readFileSync(join(root, file), "utf8")

/** The anchors that GitHub gives to the headings of a page. */
const anchorsOf = (page: string): ReadonlyArray<string> =>
  [...read(page).matchAll(/^#+ (.*)$/gmu)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-")
  )

const isBroken = (page: string, link: string): boolean => {
  const [path = "", anchor] = link.split("#")
  const target = path === "" ? page : normalize(join(dirname(page), path))
  return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
}

it("every link of a page to a file or a heading leads there", () => {
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)\s]+)\)/gu)].map(([, link = ""]) => ({ page, link }))
  )
  expect(links.length).toBeGreaterThan(100)
  expect(links.filter(({ link, page }) => !/^https?:/u.test(link) && isBroken(page, link))).toEqual([])
})
