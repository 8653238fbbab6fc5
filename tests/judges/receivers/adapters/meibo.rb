# meibo (Ruby) on one of our packages: ruby -Ilib meibo.rb ZIP DIALECT
require "meibo"

PROFILES = {
  "lgate" => "学習eポータル標準モデル Ver. 4.00",
  "lgate_v3" => "学習eポータル標準モデル Ver. 3.00",
  "lgate_v6" => "初等中等教育におけるシステム間連携のための相互運用標準モデル Ver. 6.00",
  "eportal_v6" => "初等中等教育におけるシステム間連携のための相互運用標準モデル Ver. 6.00",
  "japan_k12_v1_0" => "1EdTech OneRoster 1.2 CSV Binding: Japan K-12/Schools Profile",
  "interactive_study" => "学習eポータル標準モデル Ver. 3.00",
  "ope_id" => "学習eポータル標準モデル Ver. 3.00",
  "tsubasa_book" => "学習eポータル標準モデル Ver. 4.00",
  "mirai_school_platform" => "学習eポータル標準モデル Ver. 4.00",
  "generic_oneroster_1_2" => "IMS OneRoster: CSV Binding Final Release v1.2.1"
}.freeze

exit 3 unless PROFILES.key?(ARGV[1])
begin
  Meibo::Roster.from_file(ARGV[0], profile: Meibo::Profiles[PROFILES[ARGV[1]]])
rescue StandardError => e
  puts "#{e.class}: #{e.message}".lines.first
  exit 1
end
