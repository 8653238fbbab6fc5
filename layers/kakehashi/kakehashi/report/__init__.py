"""What staff read in the morning: one page, one workbook, one line of mail, one summary.json."""
