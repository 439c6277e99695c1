/** The merge patch (RFC 7396) that makes `before` what `after` says; undefined when they are alike. */
export declare const mergePatch: (before: unknown, after: unknown) => unknown;
//# sourceMappingURL=mergePatch.d.ts.map