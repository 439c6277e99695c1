/** What the command lines of an add-on's programs have in common; an entry of its own, for a library has none. */
export { logged } from "./program/logging.ts"
export { podOrNamedFile } from "./program/podOrNamedFile.ts"
export { briefErrors, cleanStop, runProgram } from "./program/runProgram.ts"
export { requiredSetting, setting, switchSetting } from "./program/setting.ts"
export { intervalText, limitText, plainText, portText, rateText, wordText } from "./program/texts.ts"
