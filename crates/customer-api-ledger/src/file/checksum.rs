/// A 64-bit FNV-1a hash over framed fields.
///
/// Every step is a bijection of the state. Therefore a change within one byte always changes the checksum. Any other change leaves the
/// checksum unchanged with a probability of 2⁻⁶⁴. The checksum is part of the file's format.
pub(super) struct Checksum(u64);

impl Checksum {
    pub(super) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self = self.number(bytes.len() as u64);
        self.fold(bytes);
        self
    }

    pub(super) fn optional(self, bytes: Option<&[u8]>) -> Self {
        match bytes {
            Some(bytes) => self.number(1).bytes(bytes),
            None => self.number(0),
        }
    }

    pub(super) fn time(self, nanoseconds: Option<i64>) -> Self {
        let bytes = nanoseconds.map(i64::to_le_bytes);
        self.optional(bytes.as_ref().map(<[u8; 8]>::as_slice))
    }

    pub(super) fn number(mut self, number: u64) -> Self {
        self.fold(&number.to_le_bytes());
        self
    }

    pub(super) const fn value(&self) -> u64 {
        self.0
    }

    fn fold(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_fnv_1a() {
        let mut checksum = Checksum::new();
        checksum.fold(b"foobar");
        assert_eq!(checksum.value(), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let of = |one: &[u8], two: &[u8]| Checksum::new().bytes(one).bytes(two).value();
        assert_ne!(of(b"ab", b"c"), of(b"a", b"bc"));
        let of = |field| Checksum::new().optional(field).value();
        assert_ne!(of(None), of(Some(b"")));
    }
}
