# Farrington flexible of the package surveillance, with the settings of Noufaily et al. (2013).
# Arguments: series (one a line), where to write the alarms, first and last tested week, alpha.
suppressMessages(library(surveillance))
given <- commandArgs(trailingOnly = TRUE)
series <- as.matrix(read.csv(given[1], header = FALSE))
control <- list(
  range = as.integer(given[3]):as.integer(given[4]), alpha = as.numeric(given[5]), b = 5, w = 3, noPeriods = 10,
  pastWeeksNotIncluded = 26, reweight = TRUE, weightsThreshold = 2.58, trend = TRUE, pThresholdTrend = 1,
  thresholdMethod = "nbPlugin", limit54 = c(0, 4)
)
judge <- function(counts) {
  weeks <- sts(observed = as.numeric(counts), frequency = 52, epoch = seq_along(counts))
  as.numeric(alarms(suppressWarnings(farringtonFlexible(weeks, control = control))))
}
write.table(t(apply(series, 1, judge)), given[2], sep = ",", row.names = FALSE, col.names = FALSE)
