using System.Text.Json.Serialization;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>The JSON of campaigns: settings, from which names are made, and what is kept. The keys are a contract.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BaseSetting))]
[JsonSerializable(typeof(GeneratorSetting))]
[JsonSerializable(typeof(RowSetting))]
[JsonSerializable(typeof(ModelRecord))]
[JsonSerializable(typeof(RowResult))]
internal sealed partial class CampaignJson : JsonSerializerContext;
