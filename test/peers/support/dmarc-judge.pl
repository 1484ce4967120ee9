# Asks Mail::DMARC, which follows RFC 7489: one situation a line (JSON), its result a line (JSON). DNS is what the situation says.
use strict;
use warnings;
use JSON;
use Mail::DMARC::PurePerl;
use Net::DNS;

# It warns of every record that is not one.
$SIG{__WARN__} = sub { };

package Told;
sub new { my ($class, $records) = @_; return bless { records => $records }, $class }
sub send { my $self = shift; return $self->query(@_) }
sub query {
    my ($self, $name, $type) = @_;
    my $packet = Net::DNS::Packet->new($name, $type);
    if ($type eq 'TXT' && $name =~ /^_dmarc\.(.*)$/) {
        my $texts = $self->{records}{$1} // [];
        return if !ref $texts;
        $packet->push(answer => Net::DNS::RR->new(owner => $name, type => 'TXT', txtdata => [$_])) for @$texts;
    }
    # It knows no DMARC for a domain without a name server of its own.
    elsif ($type eq 'NS') { $packet->push(answer => Net::DNS::RR->new("$name NS ns.example.net")) }
    return $packet;
}

package main;
$| = 1;
my $json = JSON->new->canonical;
while (my $line = <STDIN>) {
    my $told = $json->decode($line);
    my $judge = Mail::DMARC::PurePerl->new(resolver => Told->new($told->{records}));
    my $answer = eval {
        $judge->source_ip('192.0.2.1');
        $judge->header_from($told->{from});
        $judge->spf([map { { domain => $_, scope => 'mfrom', result => 'pass' } } @{ $told->{spf} }])
            if @{ $told->{spf} };
        $judge->spf([{ domain => 'none.example.net', scope => 'mfrom', result => 'none' }]) if !@{ $told->{spf} };
        $judge->dkim([map { { domain => $_, selector => 's', result => 'pass' } } @{ $told->{dkim} }]);
        my $result = $judge->validate;
        my $published = eval { $result->published };
        +{
            result => $published ? $result->result : 'none',
            at => $published ? $published->domain : undef,
            policy => $published ? lc(($judge->is_subdomain && defined $published->sp ? $published->sp : $published->p) // '') : undef,
            organization => $judge->get_organizational_domain($told->{from}),
        };
    };
    print $json->encode($answer // { died => "$@" }), "\n";
}
