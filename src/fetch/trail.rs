//! The way that redirects lead, and how much of it may be adopted as a source's new address.

use url::Url;

use super::outcome::{FetchError, Hop};

/// More hops than this are an error (the first request is none).
pub(crate) const MAX_HOPS: usize = 5;

/// The addresses of one fetch, in the order they were asked.
#[derive(Debug)]
pub(crate) struct Trail {
    asked: Url,
    hops: Vec<Hop>,
    /// The last address that permanent redirects alone led to.
    permanent: Option<Url>,
    /// Whether every hop so far was one that may be adopted.
    lasting: bool,
    temporary: bool,
}

impl Trail {
    pub(crate) fn new(asked: Url) -> Self {
        Self { asked, hops: Vec::new(), permanent: None, lasting: true, temporary: false }
    }

    /// The address to ask next, or the one that answered.
    pub(crate) fn at(&self) -> &Url {
        self.hops.last().map_or(&self.asked, |hop| &hop.to)
    }

    /// The redirects so far, in order.
    pub(crate) fn hops(&self) -> &[Hop] {
        &self.hops
    }

    /// Whether a hop was temporary, so that what the end says is not said of the source.
    pub(crate) fn is_temporary(&self) -> bool {
        self.temporary
    }

    /// Takes one hop. Only 301 and 308 are permanent; a permanent hop from https to http is followed, but
    /// neither it nor anything behind it is adopted.
    pub(crate) fn follow(&mut self, status: u16, location: Option<&str>) -> Result<(), FetchError> {
        let location = location.ok_or_else(|| FetchError::BadRedirect("it gives no Location".to_owned()))?;
        let next = self.at().join(location).map_err(|error| FetchError::BadRedirect(format!("{error}")))?;
        let circle = self.asked == next || self.hops.iter().any(|hop| hop.to == next);
        if circle || self.hops.len() >= MAX_HOPS {
            return Err(FetchError::TooManyRedirects(MAX_HOPS));
        }
        let permanent = matches!(status, 301 | 308);
        let downgrade = self.at().scheme() == "https" && next.scheme() != "https";
        self.temporary |= !permanent;
        self.lasting &= permanent && !downgrade;
        if self.lasting {
            self.permanent = Some(next.clone());
        }
        self.hops.push(Hop { status, to: next });
        Ok(())
    }

    /// Where the source lives from now on: never a site's home page, which is where feeds are sent to die.
    pub(crate) fn adoptable(&self) -> Option<Url> {
        let is_home = |url: &Url| url.path() == "/" && url.query().is_none();
        self.permanent.clone().filter(|url| is_home(&self.asked) || !is_home(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(from: &str, hops: &[(u16, &str)]) -> Result<Option<String>, FetchError> {
        let mut trail = Trail::new(Url::parse(from).unwrap());
        for (status, location) in hops {
            trail.follow(*status, Some(location))?;
        }
        Ok(trail.adoptable().map(Into::into))
    }

    #[test]
    fn the_permanent_prefix_is_adopted_and_nothing_else() {
        let adopted = |from, hops: &[(u16, &str)]| walk(from, hops).unwrap();
        assert_eq!(adopted("http://a.org/f", &[(301, "https://a.org/f"), (308, "/g")]).unwrap(), "https://a.org/g");
        assert_eq!(adopted("https://a.org/f", &[(301, "/g"), (302, "/h"), (301, "/i")]).unwrap(), "https://a.org/g");
        assert_eq!(adopted("https://a.org/f", &[(302, "/g"), (301, "/h")]), None);
        assert_eq!(adopted("https://a.org/f", &[(301, "http://a.org/g"), (301, "https://a.org/g")]), None);
        assert_eq!(adopted("https://a.org/f", &[(301, "/")]), None);
    }

    #[test]
    fn circles_and_long_ways_end() {
        assert!(walk("https://a.org/f", &[(302, "/g"), (302, "/f")]).is_err());
        assert!(walk("https://a.org/f", &[(302, "/f")]).is_err());
        let long: Vec<String> = (0..6).map(|i| format!("/{i}")).collect();
        let long: Vec<(u16, &str)> = long.iter().map(|path| (302, path.as_str())).collect();
        assert!(walk("https://a.org/f", &long[..5]).is_ok());
        assert!(walk("https://a.org/f", &long).is_err());
        assert!(Trail::new(Url::parse("https://a.org/").unwrap()).follow(301, None).is_err());
    }
}
