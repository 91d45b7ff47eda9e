/** Whether a number as dialled is one of the country's emergency numbers. */
export function isEmergencyNumber(number: string, emergencyNumbers: readonly string[]): boolean {
  return emergencyNumbers.includes(number);
}
