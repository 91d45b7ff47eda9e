import type { CountryFamily } from "../profile.ts";
import { AU_NZ_FAMILY } from "./au-nz.ts";
import { CN_FAMILY } from "./cn.ts";
import { ETSI_FAMILY } from "./etsi.ts";
import { JP_FAMILY } from "./jp.ts";
import { UK_FAMILY } from "./uk.ts";
import { US_FAMILY } from "./us.ts";

/** The name of a family. */
export type FamilyName = "us" | "etsi" | "uk" | "jp" | "au-nz" | "cn";

/** What countries inherit from, by name. */
export const FAMILIES: Readonly<Record<FamilyName, CountryFamily>> = {
  us: US_FAMILY,
  etsi: ETSI_FAMILY,
  uk: UK_FAMILY,
  jp: JP_FAMILY,
  "au-nz": AU_NZ_FAMILY,
  cn: CN_FAMILY,
};
