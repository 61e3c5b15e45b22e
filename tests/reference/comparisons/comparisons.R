# Certified values for tests/statistics/test_compare.py: Rscript comparisons.R > comparisons.csv
# R 4.2.2, multcomp 1.4-22 (mvtnorm), nlme 3.1-162. Data are R's own (PlantGrowth, sleep, Orthodont) and one small set.
options(digits = 17)
show <- function(name, value) cat(name, ",", format(value, digits = 17), "\n", sep = "")
cat("# ", R.version.string, "\nname,value\n", sep = "")
a <- c(12.1, 14.3, 13.2); b <- c(22.5, 31.7, 18.9); d <- c(15.0, 15.9, 19.2, 17.7)
show("student_t", t.test(a, b, var.equal = TRUE)$statistic)
show("student_p", t.test(a, b, var.equal = TRUE)$p.value)
w <- t.test(a, b); show("welch_t", w$statistic); show("welch_df", w$parameter); show("welch_p", w$p.value)
show("welch_low", w$conf.int[1]); show("welch_high", w$conf.int[2])
s <- t.test(sleep$extra[1:10], sleep$extra[11:20], paired = TRUE); show("paired_t", s$statistic); show("paired_p", s$p.value)
values <- c(a, b, d); group <- factor(rep(c("a", "b", "d"), c(3, 3, 4)))
f <- anova(lm(values ~ group)); show("anova_f", f$F[1]); show("anova_p", f$P[1])
o <- oneway.test(values ~ group); show("welch_anova_f", o$statistic); show("welch_anova_df", o$parameter[2]); show("welch_anova_p", o$p.value)
t <- TukeyHSD(aov(values ~ group))$group; for (r in rownames(t)) show(paste0("tukey_", r), t[r, "p adj"])
g <- anova(lm(weight ~ group, PlantGrowth)); show("plant_anova_f", g$F[1]); show("plant_anova_p", g$P[1])
t <- TukeyHSD(aov(weight ~ group, PlantGrowth))$group; for (r in rownames(t)) show(paste0("plant_tukey_", r), t[r, "p adj"])
show("ptukey_3_4_12", ptukey(3, 4, 12, lower.tail = FALSE)); 
suppressMessages(library(multcomp)); set.seed(1)
fine <- adjusted("single-step", abseps = 1e-9, maxpts = 5e6)
m <- summary(glht(aov(values ~ group), linfct = mcp(group = "Dunnett")), test = fine)$test$pvalues
show("dunnett_b", m[1]); show("dunnett_d", m[2])
m <- summary(glht(aov(weight ~ group, PlantGrowth), linfct = mcp(group = "Dunnett")), test = fine)$test$pvalues
show("plant_dunnett_trt1", m[1]); show("plant_dunnett_trt2", m[2])
show("holm_1", p.adjust(c(.01, .04, .03, .005), "holm")[1]); show("holm_2", p.adjust(c(.01, .04, .03, .005), "holm")[2])
show("holm_3", p.adjust(c(.01, .04, .03, .005), "holm")[3]); show("holm_4", p.adjust(c(.01, .04, .03, .005), "holm")[4])
show("power_2_3", power.t.test(3, 2, strict = TRUE)$power); show("power_1_10", power.t.test(10, 1, strict = TRUE)$power)
suppressMessages(library(nlme))
l <- lme(distance ~ I(age - 11) * Sex, random = ~ 1 | Subject, data = Orthodont, method = "REML")
e <- summary(l)$tTable; show("lme_interaction", e[4, 1]); show("lme_interaction_se", e[4, 2]); show("lme_slope", e[2, 1])
show("lme_sd_subject", as.numeric(VarCorr(l)[1, 2])); show("lme_sd_residual", l$sigma)
write.csv(data.frame(group = Orthodont$Sex, animal = Orthodont$Subject, time_h = Orthodont$age, value = Orthodont$distance),
          "orthodont.csv", row.names = FALSE, quote = FALSE)
