interface Preferences {
  doNotTrack?: string | null;
  /** https://www.w3.org/TR/gpc/ */
  globalPrivacyControl?: boolean;
}

/** Global Privacy Control is a legal objection in places: no option passes over it. */
export const mayCollect = (visitor: Preferences, ignoreDoNotTrack?: boolean): boolean => {
  return !visitor.globalPrivacyControl && (ignoreDoNotTrack || visitor.doNotTrack !== '1');
};
