/* The table of commands: help, dispatch and usage come from it. */
#include <stdint.h>

#include "daemon/cli/cli.h"

#define ADDRESS "kind household token"
#define LETTERS "feed reason column day delivery open"

/* clang-format off */
const struct command commands[] = {
    { "To set up (operators)" },
    { "config check", "", 0, 0, NULL, false, run_config_check, "Check the configuration, keys, policy and inboxes, as start-up does",
      "Exit 78 with file:line:column of the first thing that is wrong.\n" },
    { "config show", "", 0, 0, NULL, false, run_config_show, "The configuration in force, and who said what", NULL },
    { "config example", "", 0, 0, NULL, true, run_config_example, "A commented olive.yaml with every option", NULL },
    { "policy check", "[FILE]...", 0, SIZE_MAX, NULL, true, run_policy_check, "What is wrong with policy files, or worth a look",
      "Without FILE the one that the configuration names. All findings, each with file:line:column. Exit 78 when a file\n"
      "cannot be used; warnings (no rule in force today, bands without goals, a rule without its basis) leave it at 0.\n" },
    { "topics plan", "", 0, 0, NULL, false, run_topics_plan, "What Kafka has against what olive needs",
      "Exit 0: the same, 1: something is missing or differs.\n" },
    { "topics apply", "", 0, 0, NULL, false, run_topics_apply, "Create the topics that are missing",
      "Topics that are there are never changed: a difference is reported, exit 1.\n" },
    { "schema check", "", 0, 0, NULL, false, run_schema_check, "Is the database's schema this program's?",
      "Exit 0: it is, 1: a change is missing, or one is there that this program does not know.\n" },
    { "schema apply", "", 0, 0, NULL, false, run_schema_apply, "Deploy what is missing of the schema, by sqitch", NULL },

    { "To run (operators)" },
    { "feed ls", "", 0, 0, NULL, false, run_feed_ls, "Feeds, their last delivery, gaps and counts", NULL },
    { "feed test", "FEED FILE", 2, 2, NULL, false, run_feed_test, "Check a file as olive-connect would, publishing nothing",
      "Counts lines by reason and column. Exit 65 when a line is bad.\n" },
    { "feed inspect", "FILE", 1, 1, "source name sheet sample", true, run_feed_inspect, "Guess the configuration of a file that nobody has described",
      "Prints a feed for conf.d: charset, delimiter or widths, header, control lines, source and columns, each with\n"
      "its reason; what is unsure has a line \"# ?\" above it. No value of the file is shown. Exit 65 when nothing can be\n"
      "said of it: it is empty, binary, or of a kind that olive does not read.\n" },
    { "feed dismiss", "FEED", 1, 1, "why", false, run_feed_dismiss, "Settle an incomplete list: dismiss what is open of it",
      "A list with dead letters ends nothing; when none is open any more, what it lacks is ended.\n" },
    { "feed open", "FEED DIGEST", 2, 2, "why", false, run_feed_open, "A delivered file as it came, from the archive",
      "DIGEST: the first digits of its SHA-256, as the archive names it. For who holds the dead-letter key; audited.\n" },
    { "dlq ls", "", 0, 0, LETTERS " by", false, run_dlq_ls, "Dead letters, counted by feed, reason and column",
      "Each record id counts once, however often the log has it, and their number must be that of the receipts.\n"
      "Exit 1 when it is not, or not yet: a delivery that is being published has no receipt.\n" },
    { "dlq show", "", 0, 0, LETTERS " limit", false, run_dlq_show, "The lines of dead letters, for who holds their key",
      "Bytes that are no character, and characters that could steer a terminal, are shown as \\xNN or \\u{NNNN}.\n"
      "Shows 20 unless --limit says more. Who looked, at what and when is first written to audit/dlq.log below\n"
      "connect.state. Exit 78 without the key, 1 when letters cannot be opened by it.\n" },
    { "dlq export", "", 0, 0, LETTERS " csv lines", false, run_dlq_export, "The lines of dead letters as a file for the department",
      "--csv: UTF-8 with a mark, as spreadsheets want it; a line that one would take for a formula gets a ' in front.\n"
      "--lines: to be corrected; of one feed, without its header. One of the two. A file that is there stays as it is.\n"
      "Who exported what and when is first written to audit/dlq.log below connect.state.\n" },
    { "dlq replay", "FEED FILE", 2, 2, "delivery only why", false, run_dlq_replay, "Send corrected lines through the same connector",
      "FILE has the feed's form, with its header if it has one, without control lines. It becomes a delivery of its own\n"
      "with the original's sequence; --delivery says which original, --only which of its dead letters are settled by it\n"
      "(default: all that are open). olive-connect does it; `olive dlq ls` says when it is done. Run it as its user.\n" },
    { "dlq dismiss", "FEED", 1, 1, "delivery only why", false, run_dlq_dismiss, "Say that dead letters will not be mended",
      "They stay where they are and are no longer open. --why is written to audit/dlq.log and nowhere else.\n" },
    { "status", "", 0, 0, NULL, false, run_status, "Does every line balance, how far is the state, is it settled?",
      "Lines received = published + dead-lettered + duplicate + obsolete + rejected, per feed and in total; records\n"
      "read = distinct + repeated + quarantined, per topic. Exit 1 when something does not balance.\n" },
    { "period ls", "", 0, 0, NULL, false, run_period_ls, "Periods, their states and roots", NULL },
    { "period close", "YYYY-MM", 1, 1, "no-wait", false, run_period_close, "Close the open period, and wait until it is sealed",
      "An olive-fuse must be running (or be started) to bring the state to the cut. Closing again is harmless.\n" },
    { "period assess", "", 0, 0, NULL, false, run_period_assess, "Assess the open period anew by the configured policy and model",
      "Without it a changed file takes effect with the next close. All of it happens at once: nobody sees a mixture.\n" },

    { "To ask (auditors, caseworkers)" },
    { "profile show", "", 0, 0, ADDRESS " period lang", false, run_profile_show, "One household: why it is where it is, how sure that is, what would settle it",
      "Without --period as it stands now; with it, as sealed. Figures, ledgers, the estimate with its reasons, questions,\n"
      "hints on the lines of need: for a person who decides; nothing follows from them by themselves.\n" },
    { "explain", "[FIGURE]", 0, 1, ADDRESS " period known-at lang", false, run_explain, "The records behind a household's figures",
      "Every figure leads back to records: feed, delivery, line, value, and the rule. Superseded records are listed\n"
      "with the reason. FIGURE is a column: deposit_balance, wage_low, fund_contribution, dibao_income, groups_derived ...\n" },
    { "portrait show", "", 0, 0, "kind period known-at region industry group csv svg lang", false, run_portrait_show,
      "The district's households by band, township, industry and group; the plan's A and B",
      "Of the month sealed last, or of --period; with --known-at, or for a month that is not sealed, computed anew from the\n"
      "evidence. Of --region, --industry and --group two may be said. Shares are sums of the households' band\n"
      "probabilities. What fewer households than the policy's portrait.minimum are behind is not shown (*), nor what such\n"
      "a number would follow from. --svg: one page to print; --csv: all cells.\n" },
    { "dump", "", 0, 0, "period known-at root", false, run_dump, "All households in canonical form",
      "Without options the live profiles; with --period as sealed; with --known-at, or for a period that is not\n"
      "sealed, computed anew from the evidence by the same core. --root prints the SHA-256 of the lines alone.\n" },
    { "policy diff", "[A] B", 1, 2, "kind on households", false, run_policy_diff, "Whom a change of the policy moves",
      "Assesses the population as it stands by policy A and by B, with the model of the open period, and tells who moves:\n"
      "for certain (hints on declared and evidenced figures), possibly (cannot tell, or the likeliest band), and by region\n"
      "and group. Without A: the policy that the open period is assessed by. Nothing is changed. Exit 0: nothing differs,\n"
      "1: something does, more: trouble.\n" },
    { "token", "KIND [IDENTIFIER|-]", 1, 2, NULL, false, run_token, "Identifiers to tokens, by the token key",
      "One a line from stdin when there is none, or -. Kinds: person, household, meter KIND:NO, account BANK:NO, unit,\n"
      "plate, contract KIND:NO, phone, card, employer, fund-account. An identifier on the command line stays in the\n"
      "shell's history.\n" },
    { "cat", "TOPIC", 1, 1, "from limit follow", false, run_cat, "Messages of a topic as JSON lines",
      "TOPIC is a full name, or short: deposit, deposit.dlq, delivery. Dead letters show their headers and size only.\n" },

    { "To calibrate (statisticians)" },
    { "model sample", "", 0, 0, "labels out kind period known-at", false, run_model_sample, "A labelled sample to calibrate a model on",
      "Needs --labels and --out. LABELS has a column household_no (made a token by the token key) or household (the\n"
      "token), one income or income_fen (yuan or fen a year), and may have weight; others are not read. Each household that has\n"
      "a profile becomes a row: number, weight, income_fen, head_age, members, children, place, and the columns that a\n"
      "model can read, as scoring reads them: deflated, empty where a source is missing. Nothing else of it is written.\n"
      "--period is answered as `olive dump` does.\n" },
    { "model calibrate", "", 0, 0, "data spec out", true, run_model_calibrate, "Fit a model of income to labelled households",
      "Needs --data, --spec and --out. At least 300 labelled households, 800 and more are advised. What was left out or\n"
      "dropped is said on stderr; the model file carries its provenance, digest and cross-fitted errors.\n" },
    { "model score", "", 0, 0, "model data out drop-random", true, run_model_score, "Estimate incomes, with reasons, for the households of a CSV file",
      "Needs --model, --data and --out. Writes hh_id, centre (the median), lo and hi (90 %), p1 ... (each band's\n"
      "probability) and one column per source: its contribution in log points, so that exp(it) - 1 is \"+12 %\". Base\n"
      "and contributions add up to ln centre. A source with an empty cell is missing; 0 is a verified zero.\n" },
    { "model show", "MODEL", 1, 1, "svg", true, run_model_show, "A model's sources, curves, weights and reliability", NULL },
    { NULL },
};
/* clang-format on */
