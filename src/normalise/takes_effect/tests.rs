use proptest::prelude::*;

use super::*;

fn told_on() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
}

fn named(title: &str, summary: &str, body: &str) -> String {
    named_in(title, summary, body, told_on()).map(|day| day.to_string()).unwrap_or_default()
}

#[test]
fn days_as_people_write_them() {
    for (when, expected) in [
        ("on 1 March 2027", "2027-03-01"),
        ("March 1st, 2027", "2027-03-01"),
        ("on March 31 2027", "2027-03-31"),
        ("on 1st June 2027", "2027-06-01"),
        ("on the 1st of June, 2027", "2027-06-01"),
        ("on 2nd of May 2027", "2027-05-02"),
        ("on 31-Mar-2027", "2027-03-31"),
        ("on 2027-03-31", "2027-03-31"),
        ("on 2027/03/31", "2027-03-31"),
        ("on 2027.03.31", "2027-03-31"),
        ("on 2027-3-31", "2027-03-31"),
        ("on 2027‑03‑31", "2027-03-31"),
        ("at 2027-03-31T23:59:59Z", "2027-03-31"),
        ("on 31.03.2027", "2027-03-31"),
        ("on 1.3.2027", "2027-03-01"),
        ("on 31/03/2027", "2027-03-31"),
        ("on 03/31/2027", "2027-03-31"),
        ("on 03/04/2027", ""),
        ("on Monday 31 March", "2027-03-31"),
        ("on Wednesday, March 31", "2027-03-31"),
        ("on Wed, 31 Mar 2027", "2027-03-31"),
        ("on June 30th", "2027-06-30"),
        ("June 30", "2027-06-30"),
        ("by 1 Dec", "2026-12-01"),
        ("on 20 November", "2026-11-20"),
        ("on 19 November", "2027-11-19"),
        ("on 29 February", "2028-02-29"),
        ("on Sept. 5, 2027", "2027-09-05"),
        ("on march 5, 2027", "2027-03-05"),
        ("in March 2027", "2027-03-01"),
        ("in March", "2027-03-01"),
        ("in November", "2026-11-20"),
        ("by the end of March 2027", "2027-03-31"),
        ("at the end of February", "2027-02-28"),
        ("end-March 2027", "2027-03-31"),
        ("in Q2 2027", "2027-04-01"),
        ("in 2027 Q2", "2027-04-01"),
        ("in Q4", "2026-11-20"),
        ("by the end of Q2 2027", "2027-06-30"),
        ("in the third quarter of 2027", "2027-07-01"),
        ("in H2 2027", "2027-07-01"),
        ("by the end of the first half of 2027", "2027-06-30"),
        ("at the end of 2027", "2027-12-31"),
        ("by the end of this year", "2026-12-31"),
        ("by the end of next year", "2027-12-31"),
        ("in 2027", ""),
        ("on 31 April 2027", ""),
        ("on February 30, 2027", ""),
        ("on 2027-02-30", ""),
        ("on 2027-13-01", ""),
        ("on 31 March 1999", ""),
        ("on 31 March 2400", ""),
        ("as version 2027-03-31 does", ""),
        ("as 2027-03-31-preview does", ""),
        ("as https://ferrow.example/2027/03/31/farewell says", ""),
        ("with Ferrow 2027.3.1", ""),
        ("at 10 may go first", ""),
    ] {
        assert_eq!(named(&format!("Ferrow 3 will be removed {when}"), "", ""), expected, "{when}");
        assert_eq!(named("Farewell", &format!("Ferrow 3 will be removed {when}."), ""), expected, "{when}");
    }
}

#[test]
fn the_day_is_that_of_the_end() {
    for (title, summary, expected) in [
        ("Ferrow 3 reaches end of life on 1 March 2027", "", "2027-03-01"),
        ("API v1: EOL 2027-03-01", "", "2027-03-01"),
        ("Ferrow 3 goes away on June 30th", "", "2027-06-30"),
        ("The old console goes dark on 31 March 2027", "", "2027-03-31"),
        ("Announced 18 November 2026: Ferrow 3 is retired on 31 March 2027", "", "2027-03-31"),
        ("2026-11-18: Ferrow 3 to be removed", "", ""),
        ("2026-11-18: Ferrow 3 to be removed on 2027-03-31", "", "2027-03-31"),
        ("On 31 March 2027, Ferrow 3 will be shut down", "", "2027-03-31"),
        ("Deprecation of Ferrow 3: 31 March 2027", "", "2027-03-31"),
        ("Deprecation notice of 18 November 2026", "", ""),
        ("Goodbye, Ferrow 3 (31 March 2027)", "", "2027-03-31"),
        ("Ferrow 3 March notes: farewell", "", ""),
        ("Ferrow 3 reached end of life on 1 November 2026", "", "2026-11-01"),
        ("Ferrow 3 reached end of life on 1 March 2025", "", ""),
        ("Ferrow 3 is deprecated since March 2026 and removed in March 2027", "", "2027-03-01"),
        ("Ferrow may 2050 be sunset", "", ""),
        ("Deprecating v1", "Released on 2 May 2026. Support for v1 ends on Sept. 5, 2027.", "2027-09-05"),
        ("Deprecating v1", "On 2 May 2027 v2 launches, and v1 is shut down on 1 June 2027.", "2027-06-01"),
        ("Deprecating v1", "v1, launched in May 2026, will be turned off on 1 June 2027.", "2027-06-01"),
        ("Deprecating v1", "Deprecated on 1 December 2026, it is removed on 1 June 2027.", "2027-06-01"),
        (
            "Deprecating v1",
            "On 18 November we announced the retirement of v1, which stops working on 1 June 2027.",
            "2027-06-01",
        ),
        ("Deprecating v1", "Version 2.4 is supported until 2 May 2027.", "2027-05-02"),
        ("Deprecating v1", "After 2 May 2027, requests to it fail.", "2027-05-02"),
        ("Deprecating v1", "You have until the end of May 2027.", "2027-05-31"),
        ("Deprecating v1", "Please migrate by 2 May 2027.", "2027-05-02"),
        ("Deprecating v1", "All clients have to be updated before 2 May 2027.", "2027-05-02"),
        ("Deprecating v1", "The last day is 2 May 2027.", "2027-05-02"),
        ("Deprecating v1", "Starting 2 May 2027, it returns 410 errors.", "2027-05-02"),
        ("Deprecating v1", "The shutdown begins on 2 May 2027.", "2027-05-02"),
        ("Deprecating v1", "Brownouts start on 2 April 2027; it is switched off on 2 May 2027.", "2027-05-02"),
        ("Deprecating v1", "Support for v0 ended on 1 November 2026. Support for v1 ends on 2 May 2027.", "2027-05-02"),
        ("Deprecating v1", "Support for v1 stops on 2 May 2027.", "2027-05-02"),
        ("Deprecating v1", "We drop support for it on 2 May 2027.", "2027-05-02"),
        ("Deprecating v1", "It will stop accepting requests on 2 May 2027.", "2027-05-02"),
        ("Deprecating v1", "Old keys will be disabled on 1 June.", "2027-06-01"),
        ("Deprecating v1", "It is deprecated, and v2 launches on 2 May 2027.", ""),
        ("Deprecating v1", "We met on 2 May 2026.", ""),
        ("Deprecating v1", "Support for Lumen 2.4 came on 2 May 2027.", ""),
        ("Deprecating v1", "The support team met on 2 May 2027.", ""),
        ("Deprecating v1", "Stop by our stand on 2 May 2027.", ""),
        ("Deprecating v1", "A non-stop talk begins on 2 May 2027.", ""),
        ("Deprecating v1", "An end-to-end test ran on 2 May 2027.", ""),
        ("Deprecating v1", "Registration for the conference closes on 2 May 2027.", ""),
        ("Deprecating v1", "Its forerunner was shut down on 2 May 2019.", ""),
    ] {
        assert_eq!(named(title, summary, ""), expected, "{title} {summary}");
    }
}

#[test]
fn the_body_is_read_where_title_and_summary_name_none() {
    let body = "We began in 2019. v1 was published on 2 May 2024. All calls to it stop working on 1 June 2027. Ask us.";
    assert_eq!(named("Deprecating v1", "It was a good time.", body), "2027-06-01");
    assert_eq!(named("Deprecating v1", "It is removed on 1 May 2027.", body), "2027-05-01");
    assert_eq!(named("Deprecating v1", "", "We meet on 1 June 2027. v1 is deprecated."), "");
    assert_eq!(named("Deprecating v1", "", &format!("{}{body}", "A word. ".repeat(READ))), "");
}

proptest! {
    #[test]
    fn a_day_is_within_reason(
        title in "(\\PC|Q[1-4] |20[0-9]{2}[-/. ]|[0-9]{1,2}[-/. ]|March |May |removed |until |the end of |‑|é){0,12}",
        summary in "(\\PC|[0-9]{1,2} |June |2027 |ends |deprecated |on |year |announced |\\. ){0,30}",
    ) {
        if let Some(day) = named_in(&title, &summary, &summary, told_on()) {
            prop_assert!(day >= told_on() - PAST && day <= NaiveDate::from_ymd_opt(2041, 12, 31).unwrap());
        }
    }
}
