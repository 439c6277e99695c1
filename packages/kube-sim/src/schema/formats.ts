/** Whether text has the format that a schema names; a format that is not listed here is refused with its CRD. */
export const textFormats: Readonly<Record<string, (text: string) => boolean>> = {
  "date-time": (text) =>
    /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/u.test(text) && !Number.isNaN(Date.parse(text)),
  date: (text) => /^\d{4}-\d\d-\d\d$/u.test(text) && !Number.isNaN(Date.parse(text)),
  byte: (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/u.test(text),
  ipv4: (text) => ipv4(text),
  ipv6: (text) => ipv6(text),
  cidr: (text) => {
    const [address = "", bits = "", ...rest] = text.split("/")
    if (rest.length > 0 || !/^\d{1,3}$/u.test(bits)) return false
    return (ipv4(address) && Number(bits) <= 32) || (ipv6(address) && Number(bits) <= 128)
  },
  uuid: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/iu.test(text),
  password: () => true
}

/** The ranges of number formats. */
export const numberFormats: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  int32: { min: -(2 ** 31), max: 2 ** 31 - 1 },
  int64: { min: -(2 ** 63), max: 2 ** 63 },
  float: { min: -3.4028234663852886e38, max: 3.4028234663852886e38 },
  double: { min: -Number.MAX_VALUE, max: Number.MAX_VALUE }
}

/** Formats that a real API server checks and this one does not. */
export const uncheckedFormats: ReadonlySet<string> = new Set(
  "bsonobjectid uri email hostname mac uuid3 uuid4 uuid5 isbn isbn10 isbn13 creditcard ssn hexcolor rgbcolor duration".split(
    " "
  )
)

const ipv4 = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/u.test(text) &&
  text.split(".").every((part) => Number(part) <= 255 && `${Number(part)}` === part)

const ipv6 = (text: string): boolean => text.includes(":") && !/[[\]%]/u.test(text) && URL.canParse(`http://[${text}]/`)
